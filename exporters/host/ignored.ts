import type { HostSettings } from './settings.ts';

/** Tells the network devices that the settings leave out. */
export function networksIgnored({ ignore }: HostSettings): (device: string) => boolean {
  const pattern = ignore.networks === undefined ? undefined : new RegExp(ignore.networks, 'u');
  return (device) => pattern?.test(device) ?? false;
}
