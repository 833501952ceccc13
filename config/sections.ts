import { online } from '../collector/judge/section.ts';
import { prometheus } from '../collector/prometheus-api/section.ts';
import { listen, names, publicSite } from '../collector/server/section.ts';
import { spool } from '../collector/spool/section.ts';
import { storage } from '../collector/storage-section.ts';
import type { Section } from '../model/section.ts';
import { site, title } from '../status-site/section.ts';
import { defaults } from './defaults-section.ts';
import { exporters } from './exporters-section.ts';
import { monitors } from './monitors-section.ts';
import type { SectionOfKinds } from './section-of-kinds.ts';

/** The list of all sections, by their keys in the config. It holds zod: at run time only the process that reads the config loads it. */
export const sections = {
  title,
  listen,
  names,
  public: publicSite,
  prometheus,
  storage,
  spool,
  online,
  site,
  defaults,
  monitors,
  exporters,
} satisfies Sections;

/** Sections by their keys. */
export type Sections = Readonly<Record<string, Section<unknown> | SectionOfKinds<unknown>>>;
