import assert from 'node:assert/strict';
import type { Finding } from '../model/finding.ts';
import { type Reason, reasonInWords } from '../model/reason.ts';
import type { Instant } from '../model/time.ts';
import { publicReasons } from '../status-site/public-reason.ts';

/** A finding with its reason as the operator reads it. */
export interface Told extends Omit<Finding, 'reason'> {
  readonly reason: string;
  /** What the public reads, where nothing is public. */
  readonly public: string;
  readonly parts: Reason;
}

/** Addresses, URLs, paths and names of hosts: what no test's target may say to the public. */
const TARGETS =
  /\d+\.\d+\.\d+\.\d+|::1|\[[0-9a-f:]+\]|localhost|https?:\/\/|\/(?:tmp|usr|etc|dev|bin)\/|\.(?:lan|net|org|com|example|test|invalid)\b|\.(?:service|timer|socket|mount)\b/i;

/** The finding in words; fails when the public would read where somebody looked. */
export function told(finding: Finding, now: Instant = Date.now()): Told {
  const open = publicReasons({ title: '', monitors: [] }, now)(finding.reason);
  assert.doesNotMatch(open, TARGETS, `the public reads: ${open}`);
  return { ...finding, reason: reasonInWords(finding.reason, now), public: open, parts: finding.reason };
}
