import { MarketError } from '#market/errors.ts'
import type { ServiceSpec } from './service-spec.ts'
import { serviceMark } from './service-spec.ts'
import { xmlText } from './xml-text.ts'

/**
 * A task of the Windows Task Scheduler, for whoever imports it, at each of his logons. Throws `option-invalid` for what the scheduler would
 * put something else in place of: it knows no way to write that.
 */
export function taskXml({ account, command: [program, ...args] }: ServiceSpec): string {
  for (const word of [program, ...args]) requireLiteral(word)
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>spk-encoder, node of @${account}. ${serviceMark}</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
    </LogonTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>10</Count>
    </RestartOnFailure>
  </Settings>
  <Actions>
    <Exec>
      <Command>${xmlText(quoted(program))}</Command>
      <Arguments>${xmlText(args.map(quoted).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`
}

/** A variable of the environment, or an argument that a task can be run with. */
const placeholder = /%[^%]+%|\$\(Arg\d+\)/

function requireLiteral(word: string): void {
  const [found] = placeholder.exec(word) ?? []
  if (found !== undefined)
    throw new MarketError(
      'option-invalid',
      `The Task Scheduler puts something else in place of ${found}, in ${word}: use a path without it.`,
    )
}

/** As programs of Windows take their command line apart: backslashes count only before a quotation mark. */
function quoted(argument: string): string {
  if (argument !== '' && !/[\s"]/.test(argument)) return argument
  const plain = argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')
  return `"${plain}"`
}
