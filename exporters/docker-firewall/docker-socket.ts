/** The path of Docker's socket: the setting, else DOCKER_HOST, else Docker's own. Throws for a DOCKER_HOST that is no unix socket. */
export function dockerSocketPath(setting?: string, host: string | undefined = process.env.DOCKER_HOST): string {
  if (setting !== undefined) return setting.replace(/^unix:\/\//, '');
  if (host === undefined || host === '') return '/var/run/docker.sock';
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  throw new Error(
    `DOCKER_HOST is ${JSON.stringify(host)}: wanted unix://PATH, as the firewall can only be read on Docker's own machine`,
  );
}
