// Before every schema is made.
import './api/no-eval.ts';
import './design/tokens.css';
import './design/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connect } from './api/connect.ts';
import { EngineProvider } from './api/engine.tsx';
import { App } from './app/App.tsx';
import { NavigationProvider } from './app/navigation.tsx';
import { ToastProvider } from './components/Toasts.tsx';

// The frame of the desktop window differs by system; in a browser there is none.
if (window.backstop !== undefined) document.documentElement.dataset['platform'] = window.backstop.platform;
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no root');
createRoot(root).render(
  <StrictMode>
    <EngineProvider client={connect()}>
      <NavigationProvider>
        <ToastProvider>
          <App />
        </ToastProvider>
      </NavigationProvider>
    </EngineProvider>
  </StrictMode>,
);
