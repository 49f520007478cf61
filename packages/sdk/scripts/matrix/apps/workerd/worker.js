import * as sdk from '@duet/sdk';
import { SAID, talk } from './talk.js';
import { url } from './url.js';

export default {
  async test() {
    const said = await talk(sdk, { url });
    if (said !== SAID) throw new Error(said);
  },
};
