import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { EncodedSegment, EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import { firstPicture } from './first-picture.ts'
import { firstSample } from './fmp4/fragment.ts'
import { tiledSegments } from './storyboard.ts'

/** First pictures of segments, of which a tree's stills are made. */
export type FirstPictures = {
  /** Sets aside what the stills will need of finished segments, so that none has to be read again in the end. */
  gather(segments: readonly EncodedSegment[]): Promise<void>
  pictureOf(rendition: string, index: number): Promise<Uint8Array>
}

/** What takes a segment's first picture out of it, by how the recipe packs. */
export function pictureReader(recipe: Recipe): (segment: Uint8Array) => Uint8Array {
  return recipes[recipe].container === 'fmp4' ? firstSample : firstPicture
}

/** Keeps them in a folder; `readSegment` is for segments that an earlier run has finished. */
export function createFirstPictures(
  directory: string,
  { grid, ladder, recipe }: Pick<EncodeRequest['terms'], 'grid' | 'ladder' | 'recipe'>,
  readSegment: (rendition: string, index: number) => Promise<Uint8Array>,
): FirstPictures {
  const indexes = new Set(tiledSegments(grid).indexes)
  const shown = [ladder[0]?.name, ladder.at(-1)?.name]
  const gathered = new Set<string>()
  const pictureIn = pictureReader(recipe)
  const fileOf = (rendition: string, index: number): string =>
    path.join(directory, `first-${rendition}-${index}`)
  return {
    gather: async (segments) => {
      for (const { rendition, index, path: segment } of segments) {
        if (!indexes.has(index) || !shown.includes(rendition)) continue
        const file = fileOf(rendition, index)
        await writeFile(file, pictureIn(await readFile(segment)))
        gathered.add(file)
      }
    },
    pictureOf: async (rendition, index) => {
      const file = fileOf(rendition, index)
      if (gathered.has(file)) return await readFile(file)
      return pictureIn(await readSegment(rendition, index))
    },
  }
}
