/** One step forward of the ledger's schema. Once released it never changes. */
export interface Migration {
  /** One more than the step before. */
  readonly version: number;
  readonly sql: string;
}
