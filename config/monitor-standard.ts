import { USUAL_VANTAGE } from '../collector/vantage/kinds.ts';

/** What holds where neither the monitor nor `defaults` nor its kind says otherwise, as one would write it. */
export const STANDARD = {
  group: 'Services',
  public: true,
  every: '30s',
  timeout: '10s',
  confirm: { bad: 2, good: 2, every: '5s' },
  failure_rate: { window: 20, least: 3, share: '20%' },
  agree: 'majority',
  from: USUAL_VANTAGE,
} as const;
