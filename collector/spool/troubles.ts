/** Says a trouble once when it begins and once when it is over. */
export interface Troubles {
  begin(key: string, message: string): void;
  end(key: string, message: string): void;
  /** What was said of one that goes on; undefined when it does not. */
  said(key: string): string | undefined;
  /** What was said of all that go on. */
  problems(): readonly string[];
}

export function watchTroubles(say: (message: string) => void): Troubles {
  const open = new Map<string, string>();
  return {
    said: (key) => open.get(key),
    problems: () => [...open.values()],
    begin(key, message) {
      if (open.has(key)) return;
      open.set(key, message);
      say(message);
    },
    end(key, message) {
      if (open.delete(key)) say(message);
    },
  };
}
