import type { Part, PartContext } from '../../model/part.ts';
import type { Secret } from '../../model/secret.ts';
import type { VictoriaMetrics } from '../victoriametrics/client.ts';
import { prometheusRoutes } from './routes.ts';

export interface PrometheusApiOptions extends Pick<PartContext, 'clock' | 'version'> {
  readonly client: Pick<VictoriaMetrics, 'ask'>;
}

/** The reading part of Prometheus' HTTP API over what is stored, with the token that the config gives at the moment. */
export function openPrometheusApi({
  clock,
  version,
  client,
}: PrometheusApiOptions): Part<{ readonly prometheus: { readonly token: Secret } | undefined }> {
  let token: Secret | undefined;
  return {
    configure({ prometheus }) {
      token = prometheus?.token;
    },
    routes: prometheusRoutes({ clock, version, client, token: () => token }),
    stop() {},
  };
}
