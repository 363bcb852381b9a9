import { Command, Option } from 'commander'
import type { z } from 'zod'
import { HiveAccount } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import { parsedBy } from './options.ts'

type KeystoreFlags = {
  readonly keystore?: string
  readonly passwordFile?: string
}
export type KeyFlags = KeystoreFlags & {
  readonly account: z.output<typeof HiveAccount>
  readonly role: SigningRole
}
export type ImportFlags = KeyFlags & { readonly replace?: true }
export type ListFlags = Pick<KeystoreFlags, 'keystore'> & { readonly json?: true }
export type ChangePasswordFlags = KeystoreFlags & { readonly newPasswordFile?: string }

const details = `
The keystore is one file that only its owner can read: accounts, roles and public keys in the open, private keys encrypted
by a password (scrypt, AES-256-GCM). A node takes its keys from there unless its environment has any.

  $ spk-encoder keys import --account alice --role posting        asks for the key and for the password
  $ spk-encoder keys import --account alice --role active --password-file /run/secrets/password < active.key

A key is typed, or read from standard input; it is never an argument, which every user of the machine could see.

Environment: SPK_KEYSTORE_PASSWORD is the password where no file is named and nobody can be asked,
SPK_KEYSTORE_NEW_PASSWORD the one that change-password sets; SPK_DATA is the directory of the keystore that --keystore
does not choose.`

/** `spk-encoder keys`: the keystore. */
export function createKeysCommand(): Command {
  return new Command('keys')
    .description('Keep the keys that nodes sign with, encrypted by a password.')
    .addHelpText('after', details)
    .addCommand(
      named('import', 'Put a private key into the keystore, which is made where there is none.')
        .option('--replace', 'take it in the place of another key of the account and role')
        .action(async (flags: ImportFlags) => (await import('./run-keys.ts')).runImport(flags)),
    )
    .addCommand(
      new Command('list')
        .description('Tell which keys are kept; no password is needed.')
        .option('--keystore <file>', keystoreHelp)
        .option('--json', 'print one JSON array')
        .action(async (flags: ListFlags) => (await import('./run-keys.ts')).runList(flags)),
    )
    .addCommand(
      secured(new Command('change-password'))
        .description('Encrypt the keystore anew, by another password.')
        .option('--new-password-file <file>', 'file whose first line is the new password')
        .action(async (flags: ChangePasswordFlags) =>
          (await import('./run-keys.ts')).runChangePassword(flags),
        ),
    )
    .addCommand(
      named('remove', 'Take a key out of the keystore.').action(async (flags: KeyFlags) =>
        (await import('./run-keys.ts')).runRemove(flags),
      ),
    )
}

const keystoreHelp = "the keystore (default: in the user's configuration)"

function named(name: string, description: string): Command {
  return secured(new Command(name))
    .description(description)
    .requiredOption('--account <name>', 'whose key it is (required)', parsedBy(HiveAccount))
    .addOption(
      new Option('--role <role>', 'which of the keys it is (required)')
        .choices(['posting', 'active'])
        .makeOptionMandatory(),
    )
}

function secured(command: Command): Command {
  return command
    .option('--keystore <file>', keystoreHelp)
    .option('--password-file <file>', 'file whose first line is the password')
}
