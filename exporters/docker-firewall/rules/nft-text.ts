import { listOf, objectOf, onlyEntry, textOf } from './nft-json.ts';

/** A rule much as `nft list ruleset` prints it, from its JSON. */
export function nftRuleText(expressions: readonly unknown[], comment?: string): string {
  const words = expressions.map(statementText).filter((text) => text !== '');
  return [...words, ...(comment === undefined ? [] : [`comment "${comment}"`])].join(' ');
}

function statementText(json: unknown): string {
  const [name = '', body] = onlyEntry(json) ?? [String(json)];
  const fields = objectOf(body) ?? {};
  switch (name) {
    case 'match': {
      const op = fields.op === '==' || fields.op === 'in' ? '' : `${fields.op} `;
      return `${expressionText(fields.left)} ${op}${expressionText(fields.right)}`;
    }
    // What it has counted is told beside the rule.
    case 'counter':
      return 'counter';
    case 'jump':
    case 'goto':
      return `${name} ${textOf(fields.target) ?? ''}`;
    case 'vmap':
      return `${expressionText(fields.key)} vmap ${expressionText(fields.data)}`;
    case 'mangle':
      return `${expressionText(fields.key)} set ${expressionText(fields.value)}`;
    case 'dnat':
    case 'snat':
    case 'redirect': {
      const address = fields.addr === undefined ? '' : expressionText(fields.addr);
      const port = fields.port === undefined ? '' : `:${expressionText(fields.port)}`;
      return address + port === '' ? name : `${name} to ${address}${port}`;
    }
    case 'log':
      return fields.prefix === undefined ? 'log' : `log prefix "${textOf(fields.prefix) ?? ''}"`;
    case 'xt':
      return `xt ${textOf(fields.type) ?? ''} ${textOf(fields.name) ?? ''}`.trimEnd();
    case 'limit':
      return `limit rate ${fields.rate}/${fields.per}`;
    default:
      return name;
  }
}

/** An expression or an element of a set as nft prints it. */
export function expressionText(json: unknown): string {
  if (Array.isArray(json)) return json.map(expressionText).join(',');
  if (typeof json === 'string') return /[^\w.:@*/-]/.test(json) ? `"${json}"` : json;
  const [name, body] = onlyEntry(json) ?? [];
  if (name === undefined) return String(json);
  const fields = objectOf(body) ?? {};
  switch (name) {
    case 'meta':
      return /^(?:iif|oif|iifname|oifname)$/.test(textOf(fields.key) ?? '') ? String(fields.key) : `meta ${fields.key}`;
    case 'payload':
      return `${fields.protocol} ${fields.field}`;
    case 'ct':
      return `ct ${fields.dir === undefined ? '' : `${fields.dir} `}${fields.key}`;
    case 'fib':
      return `fib ${[fields.flags].flat().join(' . ')} ${fields.result}`;
    case 'prefix':
      return `${fields.addr}/${fields.len}`;
    case 'range':
      return listOf(body).map(expressionText).join('-');
    case 'concat':
      return listOf(body).map(expressionText).join(' . ');
    case 'set':
      return `{ ${listOf(body).map(elementText).join(', ')} }`;
    case 'elem':
      return expressionText(fields.val);
    case 'map':
      return `${expressionText(fields.key)} map ${expressionText(fields.data)}`;
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return listOf(body).map(expressionText).join(` ${name} `);
    default:
      return name;
  }
}

function elementText(json: unknown): string {
  if (!Array.isArray(json)) return expressionText(json);
  const [from, to] = json;
  return `${expressionText(from)} : ${statementText(to)}`;
}
