/** Where the collector stands that was built from the files of `collector/`; another build has another name. */
export function collectorProgram(): string;
