import { configFolders, type Places } from '../settings/read.ts';

/** The folders that profiles are looked for in: `profiles` beside each place of the settings file. */
export function profileFolders(places: Places): readonly string[] {
  return configFolders(places).map((folder) => places.host.path.join(folder, 'profiles'));
}

/** Where a profile of this name may lie: one file in each of them. */
export function profileFiles(name: string, places: Places): readonly string[] {
  return profileFolders(places).map((folder) => places.host.path.join(folder, `${name}.yaml`));
}
