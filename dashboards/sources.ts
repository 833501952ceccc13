/** Who gives the metrics whose names begin so, and what must be for it; the first that fits. */
const SOURCES: readonly (readonly [begin: RegExp, words: string])[] = [
  [/^probe_icmp_|^signalbox_icmp_/, 'a monitor by icmp gives it'],
  [/^probe_dns_|^signalbox_dns_/, 'a monitor by dns gives it'],
  [/^probe_http_/, 'a monitor by http gives it'],
  [/^probe_ssl_/, 'a monitor that speaks TLS gives it'],
  [/^signalbox_tcp_/, 'a monitor by tcp gives it'],
  [/^signalbox_tls_/, 'a monitor by tls gives it'],
  [/^signalbox_heartbeat_/, 'a monitor by heartbeat gives it, once its job reported'],
  [/^probe_|^signalbox_(?:probe|monitor|check|transitions)/, 'monitors give it'],
  [/^dockerfw_/, 'the exporter docker-firewall gives it, where Docker publishes ports'],
  [/^(?:node_)?systemd_/, 'the exporter systemd gives it, where there are such units'],
  [/^node_filesystem_|^signalbox_mount/, 'the exporter mounts gives it'],
  [/^(?:signalbox_change|signalbox_last_change)/, 'the exporter changes gives it'],
  [/^node_textfile_|^signalbox_textfile_/, 'the exporter textfile gives it'],
  [/^node_/, 'the exporter host gives it, where the machine has such a thing'],
  [/^signalbox_exporter_/, 'the box gives it when it has exporters'],
  [/^signalbox_push/, 'the box gives it when something pushes'],
  [/^bot_/, 'a bot gives it, scraped or pushed'],
  [/^(?:signalbox_|process_|nodejs_)/, 'a running box gives it'],
];

/** Who would give a metric. */
export function sourceOf(metric: string): string {
  return SOURCES.find(([begin]) => begin.test(metric))?.[1] ?? 'a source of its own gives it';
}
