/** Says a trouble once when it begins and once when it is over. */
export interface Troubles {
  begin(key: string, message: string): void;
  end(key: string, message: string): void;
}

export function watchTroubles(say: (message: string) => void): Troubles {
  const open = new Set<string>();
  return {
    begin(key, message) {
      if (open.has(key)) return;
      open.add(key);
      say(message);
    },
    end(key, message) {
      if (open.delete(key)) say(message);
    },
  };
}
