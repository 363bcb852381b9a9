import type Router from '@koa/router'

/** Lets a page of any origin read what a router serves: content is as public to pages as it is to peers. */
export function openToPages(router: Router, path: string): void {
  router.use(async (context, next) => {
    context.set('access-control-allow-origin', '*')
    context.set('access-control-allow-methods', 'GET, HEAD')
    context.set('access-control-allow-headers', 'range, if-none-match, if-range')
    context.set('access-control-expose-headers', 'content-length, content-range, etag, x-ipfs-path')
    context.set('x-content-type-options', 'nosniff')
    await next()
  })
  router.options(path, (context) => {
    context.set('access-control-max-age', '86400')
    context.status = 204
  })
}
