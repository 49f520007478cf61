/** The versions that the READMEs name: `test:matrix` runs every one of them. */
export const NODES = [20, 22, 24] as const;
export const TYPESCRIPTS = ['5.4', '5.9', '7'] as const;
export const REACTS = ['18', '19'] as const;
export const METROS = ['0.80', '0.83'] as const;
export const NEXT = '16';
export const JEST = '30';
export const VITE = '8';

/** The snippets bring tRPC, whose own declarations ask for TypeScript 5.7.2. */
export const TYPESCRIPTS_WITH_TRPC = ['5.9', '7'] as const;
