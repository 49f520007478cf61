import fc from 'fast-check';

// A setup file of vitest: property tests try the same values in every run. SEED=… tries others.

fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 1) });
