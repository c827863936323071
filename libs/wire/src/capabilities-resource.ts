import { z } from 'zod';
import type { Capabilities } from '#domain';
import { answer } from './resource-schema.js';

const yes = z.boolean();

export const capabilitiesSchema = answer('Capabilities', {
  fax_inbound: yes,
  fax_outbound: yes,
  mms_inbound: yes,
  mms_outbound: yes,
  restriction_fax_domestic: yes,
  restriction_mms_domestic: yes,
  restriction_sms_domestic: yes,
  restriction_voice_domestic: yes,
  sip_trunking: yes,
  sms_inbound: yes,
  sms_outbound: yes,
  voice_inbound: yes,
  voice_outbound: yes,
  sms: yes,
  mms: yes,
  voice: yes,
  fax: yes,
});

/** What Twilio answers, thirteen keys, and the four that typed SDKs read (contract §3.3). */
export function capabilitiesResource({
  voice,
  sms,
  mms,
  fax,
}: Capabilities): z.infer<typeof capabilitiesSchema> {
  return {
    fax_inbound: fax,
    fax_outbound: fax,
    mms_inbound: mms,
    mms_outbound: mms,
    restriction_fax_domestic: false,
    restriction_mms_domestic: false,
    restriction_sms_domestic: false,
    restriction_voice_domestic: false,
    sip_trunking: false,
    sms_inbound: sms,
    sms_outbound: sms,
    voice_inbound: voice,
    voice_outbound: voice,
    sms,
    mms,
    voice,
    fax,
  };
}
