/** By words that only one licence text has (spdx.org/licenses). */
const texts: readonly (readonly [RegExp, string])[] = [
  [/Apache License\s+Version 2\.0/i, 'Apache-2.0'],
  [/GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3/i, 'AGPL-3.0-only'],
  [/GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/i, 'LGPL-3.0-only'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 3/i, 'GPL-3.0-only'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 2/i, 'GPL-2.0-only'],
  [/Mozilla Public License,? (Version|v\.?) ?2\.0/i, 'MPL-2.0'],
  [/Business Source License 1\.1/i, 'BUSL-1.1'],
  [/Elastic License 2\.0/i, 'Elastic-2.0'],
  [/Functional Source License, Version 1\.1/i, 'FSL-1.1-MIT'],
  [/Permission to use, copy, modify, and\/or distribute this software for any/i, 'ISC'],
  [/Redistributions? (of|in) source[\s\S]*Neither the name/i, 'BSD-3-Clause'],
  [/Redistributions? (of|in) source/i, 'BSD-2-Clause'],
  [/Permission is hereby granted, free of charge, to any person obtaining a copy/i, 'MIT'],
  [/This is free and unencumbered software released into the public domain/i, 'Unlicense'],
];

export function licenseOfText(text: string): string | undefined {
  const start = text.slice(0, 4000).replaceAll(/\s+/g, ' ');
  return texts.find(([pattern]) => pattern.test(start))?.[1];
}

const spellings: readonly (readonly [RegExp, string])[] = [
  [/^(the )?mit( licen[sc]e)?( \(mit\))?$/i, 'MIT'],
  [/^apache([ -]?(software )?licen[sc]e)?,?[ -]*(v|version )?\.? ?2(\.0)?( licen[sc]e)?$/i, 'Apache-2.0'],
  [/^isc( licen[sc]e)?( \(iscl\))?$/i, 'ISC'],
  [/^(bsd-?3|bsd 3-clause|new bsd|bsd 3-clause licen[sc]e)$/i, 'BSD-3-Clause'],
  [/^(mpl[- ]?2(\.0)?|mozilla public license 2\.0( \(mpl 2\.0\))?)$/i, 'MPL-2.0'],
  [/^(gnu )?agpl-?(v?3(\.0)?)$|^gnu affero general public license v3$/i, 'AGPL-3.0-only'],
  [/^gpl-?v?3(\.0)?$|^gnu general public license v3( \(gplv3\))?$/i, 'GPL-3.0-only'],
];

/** An SPDX expression from what a package calls its licence; undefined if it is a text, a file or nothing. */
export function spdxOf(text: string | null | undefined): string | undefined {
  const name = text?.trim().replace(/^License :: (OSI Approved :: )?/, '') ?? '';
  if (name === '' || /^see |unlicensed|proprietary|^unknown$|^none$/i.test(name)) return undefined;
  const known = spellings.find(([pattern]) => pattern.test(name))?.[1];
  if (known !== undefined) return known;
  return /^\(?[A-Za-z0-9.+-]+(\s+(OR|AND|WITH)\s+[A-Za-z0-9.+-]+)*\)?$/.test(name) &&
    /\d|^(MIT|ISC|Unlicense|Zlib|WTFPL)/i.test(name)
    ? name
    : undefined;
}
