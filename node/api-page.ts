import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import Router from '@koa/router'
import { getAbsoluteFSPath } from 'swagger-ui-dist'

const files: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>spk-encoder API</title>
    <link rel="icon" href="/api-page/favicon-32x32.png">
    <link rel="stylesheet" href="/api-page/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="/api-page/swagger-ui-bundle.js"></script>
    <script src="/api-page/start.js"></script>
  </body>
</html>
`

const start = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  validatorUrl: null,
})
`

/** `GET /api`: the API as a page to read and to try, made from /openapi.json; it loads nothing from elsewhere. */
export function createApiPageRouter(): Router {
  const router = new Router()
  const directory = getAbsoluteFSPath()
  router.get('/api', (context) => {
    context.type = 'html'
    context.body = page
  })
  router.get('/api-page/start.js', (context) => {
    context.type = 'text/javascript; charset=utf-8'
    context.body = start
  })
  for (const [name, type] of Object.entries(files))
    router.get(`/api-page/${name}`, (context) => {
      context.type = type
      context.set('cache-control', 'public, max-age=86400')
      context.body = createReadStream(join(directory, name))
    })
  return router
}
