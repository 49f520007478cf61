/** The versions that the READMEs name: `test:matrix` runs their snippets on every combination. */
export const NODES = [20, 22, 24] as const;
export const TYPESCRIPTS = ['5.9', '7'] as const;
export const REACTS = ['18', '19'] as const;
