import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { TreeCheckDeps, TreeCheckOptions, TreeReport } from '#node/verification/tree-check.ts'
import { checkTree } from '#node/verification/tree-check.ts'
import { cid, hashHex } from './builders.ts'
import { makeFolder, untroubled as signal } from './ffmpeg.ts'

/** What `spk-encoder verify` finds of a folder. */
export async function checkFolder(
  deps: TreeCheckDeps,
  tree: Pick<TreeCheckOptions, 'folder' | 'source' | 'leaves' | 'root'>,
): Promise<TreeReport> {
  return await checkTree(deps, {
    ...{ ...tree, seed: hashHex('seed'), signal, scratch: await makeFolder() },
    onProgress: () => undefined,
  })
}

/** The same machine in the eyes of one that has another build of the encoder. */
export function ofAnotherClass(own: EncodingEngine): EncodingEngine {
  return {
    ...own,
    prove: async (recipe, options) => {
      const proof = await own.prove(recipe, options)
      return { ...proof, class: { ...proof.class, cid: cid('another build') } }
    },
  }
}
