import * as sdk from '@duet/sdk';
import { DuetProvider, useMessages } from '@duet/sdk/react';
import { talk } from './talk.js';
import { url } from './url.js';

if (typeof DuetProvider !== 'function' || typeof useMessages !== 'function') throw new Error('no hooks');
if (typeof crypto !== 'undefined') throw new Error('React Native has no crypto');
talk(sdk, { url }).then(globalThis.resolve, globalThis.reject);
