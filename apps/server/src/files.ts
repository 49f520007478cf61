import { findPackageJSON } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PACKAGE = pathToFileURL(findPackageJSON(import.meta.url) ?? '');

/** The path of a file or folder of this package, such as `src/db/migrations`, from the sources and from the bundle alike. */
export const fileOf = (path: string): string => fileURLToPath(new URL(path, PACKAGE));
