/** What the command's exit codes mean; README.md has the table. */
export const EXIT = {
  /** Done; for `probe`: up. */
  fine: 0,
  /** `dashboards`: a rule is broken, a query refused; `probe`: the target is down or degraded; `firewall explain`: a port is blocked from outside, or a finding is critical; `units`: one is failed. */
  bad: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** The config has mistakes. */
  config: 3,
  /** `probe`: the check itself could not be made; `firewall`: something that it depends on could not be read; `units`: systemd could not be asked. */
  unknown: 4,
  /** The box could not start or go on: its state directory is taken, a port is in use. */
  failed: 5,
} as const;
