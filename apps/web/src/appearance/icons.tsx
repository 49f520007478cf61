import type { ReactNode } from 'react';
import styles from './icons.module.css';

/** Icons are drawn in the colour of the text around them, and say nothing to a screen reader: what they stand on has a name. */
function icon(drawing: ReactNode, viewBox = '0 0 24 24') {
  return function Icon() {
    return (
      <svg className={styles.icon} viewBox={viewBox} aria-hidden="true" focusable="false">
        {drawing}
      </svg>
    );
  };
}

export const BackIcon = icon(<path d="M15 5l-7 7 7 7" />);
export const BellIcon = icon(<path d="M6 16V11a6 6 0 0 1 12 0v5l2 2H4l2-2zM10 21h4" />);
export const BookIcon = icon(<path d="M5 5a2 2 0 0 1 2-2h12v15H7a2 2 0 0 0-2 2V5zM5 20a1 1 0 0 0 1 1h13" />);
export const CheckIcon = icon(<path d="M5 12.500l4.500 4.500L19 7.500" />);
export const ChecksIcon = icon(<path d="M2 12.500l4.500 4.500L16 7.500M12 16.200l.800.800L22.500 7.500" />);
export const ClockIcon = icon(
  <path d="M12 7v5l3 2M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17z" />,
);
export const CloseIcon = icon(<path d="M6 6l12 12M18 6L6 18" />);
export const CopyIcon = icon(<path d="M9 9h10v11H9zM15 9V4H5v11h4" />);
export const DownIcon = icon(<path d="M12 5v14M6 13l6 6 6-6" />);
export const MenuIcon = icon(
  <g className={styles.filled}>
    <circle cx="12" cy="5" r="1.800" />
    <circle cx="12" cy="12" r="1.800" />
    <circle cx="12" cy="19" r="1.800" />
  </g>,
);
export const SearchIcon = icon(
  <path d="M10.500 4a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13zM15.500 15.500L20 20" />,
);
export const SendIcon = icon(<path d="M12 20V5M5.500 11.500L12 5l6.500 6.500" />);
export const SignOutIcon = icon(<path d="M10 4H5v16h5M14 8l4 4-4 4M9 12h9" />);
export const WarningIcon = icon(
  <path d="M12 7.500v5.500M12 16.500v.01M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17z" />,
);
