import { metric } from '../metric.ts';

/** The fields of /sys/class/dmi/id under their labels. */
export const DMI_LABELS = [
  'bios_date',
  'bios_release',
  'bios_vendor',
  'bios_version',
  'board_asset_tag',
  'board_name',
  'board_serial',
  'board_vendor',
  'board_version',
  'chassis_asset_tag',
  'chassis_serial',
  'chassis_vendor',
  'chassis_version',
  'product_family',
  'product_name',
  'product_serial',
  'product_sku',
  'product_uuid',
  'product_version',
  'system_vendor',
] as const;

/** The fields of os-release(5) under their labels. */
export const OS_LABELS = [
  'build_id',
  'id',
  'id_like',
  'image_id',
  'image_version',
  'name',
  'pretty_name',
  'variant',
  'variant_id',
  'version',
  'version_codename',
  'version_id',
] as const;

/** What the machine and its system are. */
export const nodeIdentity = {
  dmi: metric(
    'node_dmi_info',
    'gauge',
    `A metric with a constant '1' value labeled by ${DMI_LABELS.join(', ')} if provided by DMI.`,
    DMI_LABELS,
  ),
  os: metric(
    'node_os_info',
    'gauge',
    `A metric with a constant '1' value labeled by ${OS_LABELS.join(', ')}.`,
    OS_LABELS,
  ),
  osVersion: metric('node_os_version', 'gauge', 'Metric containing the major.minor part of the OS version.', [
    'id',
    'id_like',
    'name',
  ]),
  osSupportEnd: metric(
    'node_os_support_end_timestamp_seconds',
    'gauge',
    'Metric containing the end-of-life date timestamp of the OS.',
  ),
};
