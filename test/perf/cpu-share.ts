import { access, mkdir, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

const periodMicroseconds = 100_000
const root = '/sys/fs/cgroup'

/** A bound on the processor time of a process and of all that it starts, until disposed; by then the process has to be gone. */
export async function limitProcessor(pid: number, percent: number): Promise<AsyncDisposable> {
  const quota = Math.round((periodMicroseconds * percent) / 100)
  const isOld = await access(path.join(root, 'cpu')).then(
    () => true,
    () => false,
  )
  const folder = path.join(root, ...(isOld ? ['cpu'] : []), `spk-bench-${pid}`)
  await mkdir(folder)
  if (isOld) await writeFile(path.join(folder, 'cpu.cfs_quota_us'), String(quota))
  else await writeFile(path.join(folder, 'cpu.max'), `${quota} ${periodMicroseconds}`)
  await writeFile(path.join(folder, 'cgroup.procs'), String(pid))
  return { [Symbol.asyncDispose]: () => rmdir(folder) }
}
