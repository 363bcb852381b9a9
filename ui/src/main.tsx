import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import './app/styles.css'

const place = document.getElementById('app')
if (!place) throw new Error('the page has a place for the app')
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
