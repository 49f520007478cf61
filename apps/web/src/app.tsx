import { lazy, Suspense } from 'react';
import { Route, Router, Switch } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { Home } from './session/home.tsx';

const Demo = lazy(async () => ({ default: (await import('./demo/demo.tsx')).Demo }));

/** Which page: two guests at `/#/demo`, and everything else is somebody's own. */
export function App() {
  return (
    <Router hook={useHashLocation}>
      <Switch>
        <Route path="/demo">
          <Suspense>
            <Demo />
          </Suspense>
        </Route>
        <Route>
          <Home />
        </Route>
      </Switch>
    </Router>
  );
}
