/** The systemd of one user that is watched as well. */
export interface UserSettings {
  /** The user's name or number. */
  readonly name: string;
  readonly bus?: string | undefined;
  readonly expect: readonly string[];
}

/** The settings of the systemd exporter. */
export interface SystemdSettings {
  /** Units that are to be active. */
  readonly expect: readonly string[];
  /** By timer: how long its last run may lie back at most, in milliseconds. */
  readonly within: Readonly<Record<string, number>>;
  readonly users: readonly UserSettings[];
  /** Units whose state is given in five series each, as node_exporter does: names in which `*` is any text. */
  readonly states: readonly string[];
  readonly bus?: string | undefined;
  readonly systemctl?: string | undefined;
  readonly journalctl?: string | undefined;
}
