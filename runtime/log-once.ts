/** Says of each thing what is wrong with it once, until it is something else or over. */
export interface LogOnce {
  /** It is wrong with this thing: said when it was not, or was something else. */
  failed(about: string, message: string): void;
  /** It is well again: `message`, where given, is said when something had been wrong. */
  works(about: string, message?: string): void;
  /** What is wrong now, in the order it began. */
  problems(): readonly string[];
}

export function createLogOnce(log: (message: string) => void): LogOnce {
  const wrong = new Map<string, string>();
  return {
    failed(about, message) {
      if (wrong.get(about) === message) return;
      wrong.set(about, message);
      log(message);
    },
    works(about, message) {
      if (wrong.delete(about) && message !== undefined) log(message);
    },
    problems: () => [...wrong.values()],
  };
}
