import type { Change } from '../model/change.ts';
import type { Evidence, Finding } from '../model/finding.ts';
import { mapReason, type Reason, shortReason } from '../model/reason.ts';
import type { Redact } from '../model/redact.ts';

const REASON_LENGTH = 300;
const EVIDENCE_ENTRIES = 40;
const EVIDENCE_LENGTH = 12_000;
const CHANGE_LENGTH = 200;
const DETAIL_LENGTH = 10_000;

/** Control characters, and those that turn the direction of text around: never part of a reason. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
/** The same but for tab and line feed, which evidence may keep. */
const UNPRINTABLE_IN_EVIDENCE = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A finding that may be kept and shown: text from outside on one line, bounded, and without our secrets. */
export function cleanFinding(finding: Finding, redact: Redact): Finding {
  const { evidence } = finding;
  return {
    ...finding,
    reason: cleanReason(finding.reason, redact),
    ...(evidence && { evidence: cleanEvidence(evidence, redact) }),
  };
}

function cleanReason(reason: Reason, redact: Redact): Reason {
  const line = (text: string) => redact(text).replace(UNPRINTABLE, ' ');
  return shortReason(mapReason(reason, line), REASON_LENGTH);
}

/** A change that may be kept and shown, likewise; its detail keeps its lines. */
export function cleanChange(change: Change, redact: Redact): Change {
  const { what, from, to, detail } = change;
  const line = (text: string) => cut(redact(text).replace(UNPRINTABLE, ' ').trim(), CHANGE_LENGTH);
  return {
    ...change,
    what: line(what),
    ...(from !== undefined && { from: line(from) }),
    ...(to !== undefined && { to: line(to) }),
    ...(detail !== undefined && {
      detail: cut(redact(detail).replace(UNPRINTABLE_IN_EVIDENCE, ''), DETAIL_LENGTH),
    }),
  };
}

function cleanEvidence(evidence: Evidence, redact: Redact): Evidence {
  let room = EVIDENCE_LENGTH;
  const clean = (text: string) => {
    const kept = cut(redact(text).replace(UNPRINTABLE_IN_EVIDENCE, ''), room);
    room -= kept.length;
    return kept;
  };
  const entries = Object.entries(evidence).slice(0, EVIDENCE_ENTRIES);
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      typeof value === 'number'
        ? value
        : typeof value === 'string'
          ? clean(value)
          : value.slice(0, EVIDENCE_ENTRIES).map(clean),
    ]),
  );
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}
