import type { Section } from '../model/section.ts';
import type { SectionOfKinds } from './section-of-kinds.ts';
import type { sections } from './sections.ts';

type ValueOf<One> = One extends Section<infer Value> | SectionOfKinds<infer Value> ? Value : never;

/** The whole of `signalbox.yml`, validated, with every default filled in, deeply frozen: the value of each section by its key. */
export type Config = { readonly [Key in keyof typeof sections]: ValueOf<(typeof sections)[Key]> };
