import { many, of, type Pages } from './openmetrics-pages.ts';

/** What OpenMetrics allows. */
export const VALID: Pages = {
  'nothing at all': [''],
  'a counter': [of('counter', '# HELP t Trains.', 't_total 1'), of('counter', 't_total 9223372036854775808')],
  'a counter of fractions, with its beginning': [of('counter', 't_total 4.2e+06', 't_created 1520430000.123')],
  'a gauge': [of('gauge', 't 1'), of('gauge', 't 1.2'), of('gauge', 't NaN'), of('gauge', 't -1')],
  'numbers with zeros before them': [of('gauge', `t ${'0'.repeat(40)}1`), of('gauge', `t ${'0'.repeat(40)}1.2e-1`)],
  'numbers of every form': [
    of('gauge', 't .5'),
    of('gauge', 't 5.'),
    of('gauge', 't 1E+5'),
    of('gauge', 't +1'),
    of('gauge', 't -inf'),
    of('gauge', 't +Infinity'),
    of('gauge', 't{a="b"} +Inf', 't{a="c"} -Inf'),
    'u nan',
  ],
  'a unit': ['# TYPE t_seconds gauge\n# UNIT t_seconds seconds\n# HELP t_seconds Late.\nt_seconds 1'],
  'a counter with a unit': ['# TYPE t_seconds counter\n# UNIT t_seconds seconds\nt_seconds_total 1'],
  'a summary': [
    of('summary', 't_count 1', 't_sum 2'),
    of('summary', 't_count 1', 't_sum 2', 't{quantile="0.5"} 0.7', 't{quantile="1"} 0.8'),
    of('summary', 't{quantile="0.99"} 1', 't{quantile="0.5"} NaN'),
    of('summary', 't_count 17.0', 't_sum 3.3', 't_created 1520430000.123'),
  ],
  'a histogram': [
    of('histogram', 't_bucket{le="1.0"} 0', 't_bucket{le="+Inf"} 3', 't_count 3', 't_sum 2'),
    of('histogram', 't_bucket{le="1.0"} 0.0', 't_bucket{le="+Inf"} 3.0', 't_count 3.0', 't_sum 2.0'),
    of('histogram', 't_bucket{le="+Inf"} 0'),
    of('histogram', 't_bucket{a="b",le="+Inf"} 0', 't_bucket{a="c",le="+Inf"} 0', 't_count{a="c"} 0', 't_sum{a="c"} 0'),
  ],
  'bounds in unusual forms': [
    of(
      'histogram',
      ...[
        '0',
        '0.00000000001',
        '1e-10',
        '1e-04',
        '1.1e-4',
        '1.1e-2',
        '1',
        '1e+05',
        '10000000000',
        '100000000000.0',
      ].map((le) => `t_bucket{le="${le}"} 0`),
      't_bucket{le="+Inf"} 3',
      't_count 3',
      't_sum 2',
    ),
  ],
  'a histogram with bounds below 0': [
    of('histogram', 't_bucket{le="-1.0"} 0', 't_bucket{le="1"} 1', 't_bucket{le="+Inf"} 3'),
  ],
  'a gauge histogram': [
    of('gaugehistogram', 't_bucket{le="1.0"} 0', 't_bucket{le="+Inf"} 3', 't_gcount 3', 't_gsum 2'),
    of('gaugehistogram', 't_bucket{le="-1.0"} 1', 't_bucket{le="+Inf"} 3', 't_gcount 3', 't_gsum -5'),
  ],
  exemplars: [
    of('counter', 't_total 0 123 # {a="b"} 0.5'),
    of('counter', 't_total{} 0 123 # {a="b"} 0.5'),
    of('counter', 't_total 0 # {} 0.5 1.25'),
    of('histogram', 't_bucket{le="1.0"} 0 # {a="b"} 0.5', `t_bucket{le="+Inf"} 3 # {a="${many(127)}"} 4 123`),
    of('histogram', `t_bucket{le="+Inf"} 1 # {a="☃${many(126)}"} 1 1`),
    of('histogram', 't_bucket{le="1.0",a="b # "} 0 # {a="b",c="d # e"} 0.5', 't_bucket{le="+Inf",a="b # "} 3'),
    of('gaugehistogram', 't_bucket{le="1.0"} 0 123 # {a="b"} 0.5', 't_bucket{le="+Inf"} 3 123 # {a="d"} 4 123'),
  ],
  'an info': [of('info', 't_info{a="b"} 1'), of('info', 't_info{a="1",b="c"} 1 1', 't_info{a="2",b="c"} 1 0')],
  'a state set': [
    of('stateset', 't{t="up"} 0', 't{t="down"} 1.0'),
    of('stateset', 't{of="a",t="up"} 0', 't{of="a",t="down"} 1', 't{of="b",t="up"} 1'),
  ],
  'an unknown type, said or not': [of('unknown', 't{a="1"} 10', 't{a="2"} 12'), 'u 1', '# HELP u Of no type.\nu 1'],
  'metadata that are empty': ['# HELP t \n# UNIT t ', of('counter', '# HELP t ', 't_total 1'), '# TYPE t gauge'],
  'metadata in another order': ['# HELP t Trains.\n# TYPE t counter\nt_total 1'],
  'braces and hashes in a value': [of('counter', 't_total{a="b{c}d",b="} # e # "} 1')],
  'no label in the braces': [of('counter', 't_total{} 1')],
  'an empty value of a label': [of('counter', 't_total{a="b"} 1', 't_total{a=""} 2')],
  escapes: [
    ...['a', '\\a', '\\\\a', 'a\\\\', '\\\\', '\\n', '\\\\n', '\\\\\\n', '\\"', '\\\\\\"'].map((escaped) =>
      of('counter', `t_total{a="${escaped}",b="c"} 1`),
    ),
    ...['a', '\\a', 'a\\', 'a\\\\', '\\\\\\n', '\\"', '\\\\"', '\\\\\\"'].map((help) =>
      of('counter', `# HELP t ${help}`, 't_total 1'),
    ),
  ],
  'a null': [of('counter', '# HELP t a\0b')],
  instants: [
    of('counter', 't_total{a="1"} 1 000', 't_total{a="2"} 1 0.0', 't_total{a="3"} 1 -1.1', 't_total{a="4"} 1 1.5e3'),
    of('counter', 't_total 1 12345678901234567890.1234567890'),
    of('gauge', 't 1 123', 't 2 456'),
  ],
  'instants that a double cannot tell apart': [
    of('gauge', 't{a="1"} 1 0.0000000000', 't{a="1"} 2 0.0000000001', 't{a="1"} 3 0.0000000010', 't{a="2"} 4 0'),
    of('gauge', 't 1 1604676851.12345678901', 't 2 01604676851.12345678902', 't 3 1604676851.123456790'),
    of('gauge', 't 1 -1604676851.12345678902', 't 2 -1604676851.12345678901'),
  ],
  'points in the order of time': [
    of(
      'summary',
      't_count{a="b"} 0 123',
      't_sum{a="b"} 0 123',
      't_count{a="b"} 0 456',
      't_sum{a="b"} 0 456',
      't_count{a="c"} 0 1',
    ),
  ],
  'no line feed at the end': ['u 1\n# EOF!'],
  'a name that another family might have ended with': ['# TYPE u_count gauge\nu_count 1\n# TYPE u gauge\nu 1'],
};
