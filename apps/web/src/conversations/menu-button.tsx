import { lazy, Suspense, useEffect, useState } from 'react';
import button from '../appearance/button.module.css';
import { MenuIcon } from '../appearance/icons.tsx';

const loadMenu = () => import('./main-menu.tsx');
const MainMenu = lazy(async () => ({ default: (await loadMenu()).MainMenu }));

/** The button of the menu; the menu itself is loaded when the page has nothing better to do, or when it is wanted. */
export function MenuButton() {
  const [isWanted, setWanted] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => void loadMenu(), 3000);
    return () => clearTimeout(timer);
  }, []);

  const trigger = (
    <button
      type="button"
      className={button.icon}
      aria-label="Menu"
      aria-haspopup="menu"
      onClick={() => setWanted(true)}
      onPointerEnter={() => void loadMenu()}
    >
      <MenuIcon />
    </button>
  );
  if (!isWanted) return trigger;
  return (
    <Suspense fallback={trigger}>
      <MainMenu />
    </Suspense>
  );
}
