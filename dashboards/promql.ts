import { parser } from '@prometheus-io/lezer-promql';

type Node = ReturnType<typeof parser.parse>['topNode'];

/** One metric as a query selects it. */
export interface Selected {
  /** Empty where a label matches the name. */
  readonly metric: string;
  /** Each label that is matched, and with what: `=~"$job"`. */
  readonly matchers: ReadonlyMap<string, string>;
  /** The function that it stands in directly, and how far that looks back as written; both empty where it stands bare. */
  readonly inside: string;
  readonly window: string;
}

/** What a query says. */
export interface Said {
  readonly selected: readonly Selected[];
  /** Labels by which is aggregated, matched or taken over, each with the metrics that could have it. */
  readonly named: readonly { readonly label: string; readonly metrics: readonly string[] }[];
}

/** Spans that stand for Grafana's variables while a query is read. */
const STAND_INS: Readonly<Record<string, string>> = {
  $__rate_interval: '71s',
  $__interval: '73s',
  $__range: '79s',
};

/** Reads a query. Undefined when it is no PromQL. */
export function readQuery(expr: string): Said | undefined {
  let text = expr;
  for (const [variable, span] of Object.entries(STAND_INS)) text = text.replaceAll(variable, span);
  const tree = parser.parse(text);
  let isBroken = expr.trim() === '';
  const selected: Selected[] = [];
  const named: { label: string; metrics: readonly string[] }[] = [];
  tree.iterate({
    enter({ type, node }) {
      if (type.isError) isBroken = true;
      if (type.name === 'VectorSelector') selected.push(readSelector(node, text));
      if (type.name !== 'AggregateExpr' && type.name !== 'BinaryExpr') return;
      const modifier = node.getChild('AggregateModifier') ?? node.getChild('MatchingModifierClause');
      if (modifier === null) return;
      const metrics = selectorsIn(node).map((one) => readSelector(one, text).metric);
      for (const list of modifier.getChildren('GroupingLabels'))
        for (const label of list.getChildren('LabelName')) named.push({ label: textOf(label, text), metrics });
    },
  });
  return isBroken ? undefined : { selected, named };
}

function readSelector(node: Node, text: string): Selected {
  const metric = node.getChild('Identifier');
  const matchers = new Map<string, string>();
  for (const one of node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []) {
    const label = one.getChild('LabelName');
    if (label) matchers.set(textOf(label, text), text.slice(label.to, one.to));
  }
  const matrix = node.parent?.name === 'MatrixSelector' ? node.parent : undefined;
  const call = matrix?.parent?.parent;
  const inside = call?.name === 'FunctionCall' ? call.getChild('FunctionIdentifier') : null;
  const span = matrix?.getChild('DurationExpr');
  return {
    metric: metric ? textOf(metric, text) : '',
    matchers,
    inside: inside ? textOf(inside, text) : '',
    window: span ? asWritten(textOf(span, text)) : '',
  };
}

function asWritten(span: string): string {
  return Object.entries(STAND_INS).find(([, one]) => one === span)?.[0] ?? span;
}

function selectorsIn(node: Node): Node[] {
  const found: Node[] = [];
  node.cursor().iterate((at) => {
    if (at.name === 'VectorSelector') found.push(at.node);
  });
  return found;
}

function textOf(node: Node, text: string): string {
  return text.slice(node.from, node.to);
}
