import { z } from 'zod'
import type { Authority, Weighted } from './authority.ts'
import { canonicalAuthority } from './authority.ts'
import type { Field } from './field.ts'
import { account, u32 } from './fields.ts'
import { parsePublicKey, publicKeyBytes } from './public-key.ts'

const largestWeight = 0xffff

export const publicKey: Field<string> = {
  schema: z.string().refine((key) => parsePublicKey(key) !== null, 'not a public key'),
  print: (key) => key,
  pack: (writer, key) => writer.bytes(publicKeyBytes(key)),
}

const accountAuths = weights(account)
const keyAuths = weights(publicKey)

export const authority: Field<Authority> = {
  schema: z
    .object({
      weight_threshold: u32.schema,
      account_auths: accountAuths.schema,
      key_auths: keyAuths.schema,
    })
    .transform((json) =>
      canonicalAuthority({
        weightThreshold: json.weight_threshold,
        accountAuths: json.account_auths,
        keyAuths: json.key_auths,
      }),
    ),
  print: (value) => ({
    weight_threshold: value.weightThreshold,
    account_auths: value.accountAuths,
    key_auths: value.keyAuths,
  }),
  pack: (writer, value, form) => {
    writer.u32(value.weightThreshold)
    accountAuths.pack(writer, value.accountAuths, form)
    keyAuths.pack(writer, value.keyAuths, form)
  },
}

function weights(member: Field<string>): Field<readonly Weighted[]> {
  return {
    schema: z.array(z.tuple([member.schema, z.int().min(0).max(largestWeight)])),
    print: (members) => members,
    pack: (writer, members, form) => {
      writer.varint(members.length)
      for (const [name, weight] of members) {
        member.pack(writer, name, form)
        writer.u16(weight)
      }
    },
  }
}
