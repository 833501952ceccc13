/** The settings of the docker-firewall exporter. */
export interface DockerFirewallSettings {
  /** The path of Docker's socket; by DOCKER_HOST or where Docker puts it, when left out. */
  readonly socket?: string | undefined;
  /** A file that `signalbox firewall snapshot --to FILE` writes, run by root; the box takes none itself then. */
  readonly snapshot?: string | undefined;
  /** Published ports that strangers may reach, as `8080/tcp`; when left out all may. */
  readonly allowed?: readonly string[] | undefined;
  /** Whether it knocks on the published ports from a network namespace of its own. It does when left out. */
  readonly outside?: boolean | undefined;
}
