/** How a file's text is taken out: see extract.ts. */
export type SourceKind =
  | 'html'
  | 'gettext'
  | 'glosses'
  | 'thesaurus'
  | 'dictionary'
  | 'dialogue'
  | 'verses'
  | 'bigrams';

/** Openly licensed text in a Debian package; docs/base-models.md lists the licences. */
export interface Source {
  readonly package: string;
  readonly kind: SourceKind;
  /** The files to read, by their paths in the package. */
  readonly files: RegExp;
  /** Most characters to take: long dictionaries would drown the rest. */
  readonly limit?: number;
  /** From the source package, whose files the binary package compiles. */
  readonly source?: true;
}

export const sources: readonly Source[] = [
  { package: 'libpinyin', source: true, kind: 'bigrams', files: /data\/interpolation2\.text$/ },
  { package: 'debian-handbook', kind: 'html', files: /html\/(zh-CN|en-US)\/.*\.html$/ },
  { package: 'libreoffice-help-zh-cn', kind: 'html', files: /help\/zh-CN\/text\/.*\.html$/ },
  { package: 'libreoffice-help-en-us', kind: 'html', files: /help\/en-US\/text\/.*\.html$/ },
  { package: 'gimp-help-zh-cn', kind: 'html', files: /help\/zh_CN\/.*\.html$/ },
  { package: 'gnome-user-docs', kind: 'html', files: /help\/(zh_CN|C)\/.*\.page$/ },
  { package: 'gnucash-docs', kind: 'html', files: /gnucash-(guide|help)-en\/.*\.html$/ },
  { package: 'debian-reference-zh-cn', kind: 'html', files: /ch\d+\.zh-cn\.html$/ },
  { package: 'debian-edu-doc-zh-cn', kind: 'html', files: /bookworm-manual\.html$/ },
  { package: 'debian-faq-zh-cn', kind: 'html', files: /FAQ\/zh-cn\/.*\.html$/ },
  { package: 'debian-faq', kind: 'html', files: /FAQ\/[a-z-]+\.en\.html$/ },
  { package: 'gnucash-common', kind: 'gettext', files: /zh_CN\/.*\.mo$/ },
  { package: 'kmymoney-common', kind: 'gettext', files: /zh_CN\/.*\.mo$/ },
  { package: 'homebank-data', kind: 'gettext', files: /zh_CN\/.*\.mo$/ },
  { package: 'skrooge-common', kind: 'gettext', files: /zh_CN\/.*\.mo$/ },
  { package: 'freeciv-data', kind: 'gettext', files: /zh_CN\/.*\.mo$/ },
  { package: 'wesnoth-1.16-data', kind: 'gettext', files: /zh_CN\/.*\.mo$/ },
  { package: 'endless-sky-data', kind: 'dialogue', files: /data\/.*\.txt$/, limit: 4e6 },
  { package: 'wordnet-base', kind: 'glosses', files: /wordnet\/data\.(noun|verb|adj|adv)$/ },
  { package: 'mythes-en-us', kind: 'thesaurus', files: /th_en_US_v2\.dat$/, limit: 4e6 },
  { package: 'dict-gcide', kind: 'dictionary', files: /gcide\.dict\.dz$/, limit: 6e6 },
  { package: 'fortunes-zh', kind: 'verses', files: /fortunes\/(chinese|tang300|song100)$/ },
];
