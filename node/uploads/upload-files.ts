import { FileStore } from '@tus/file-store'
import type { Upload } from '@tus/server'

export type UploadFilesOptions = {
  readonly directory: string
  /**
   * Calls `create`, or throws for an upload that there is no room for. To look for room and to take it has to be one step: of uploads
   * that begin at the same time each would find the room that only one can have.
   */
  readonly takeRoom: (upload: Upload, create: () => Promise<Upload>) => Promise<Upload>
}

/** tus' own files, of which none begins without room for it. Without tus' expiration, which counts from the beginning and takes what waits to be imported too. */
export class UploadFiles extends FileStore {
  readonly #takeRoom: UploadFilesOptions['takeRoom']

  constructor({ directory, takeRoom }: UploadFilesOptions) {
    super({ directory })
    this.#takeRoom = takeRoom
  }

  override create(upload: Upload): Promise<Upload> {
    return this.#takeRoom(upload, () => super.create(upload))
  }
}
