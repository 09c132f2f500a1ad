/** The console's few icons, drawn on a 24 by 24 grid. They only repeat what words beside them say. */

import type { ReactNode } from "react";

export interface IconProps {
  size?: number;
}

function icon(drawing: ReactNode) {
  return function Icon({ size = 18 }: IconProps) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth={1.8}
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {drawing}
      </svg>
    );
  };
}

export const OverviewIcon = icon(
  <>
    <rect x="4" y="4" width="7" height="9" rx="1.5" />
    <rect x="13" y="4" width="7" height="5" rx="1.5" />
    <rect x="4" y="15" width="7" height="5" rx="1.5" />
    <rect x="13" y="11" width="7" height="9" rx="1.5" />
  </>,
);
export const TopicsIcon = icon(
  <>
    <path d="M4 7h16M4 12h11M4 17h14" />
    <circle cx="19" cy="12" r="1" />
  </>,
);
export const LiveIcon = icon(
  <>
    <circle cx="12" cy="12" r="2" />
    <path d="M8 8a5.7 5.7 0 0 0 0 8M16 8a5.7 5.7 0 0 1 0 8M5 5a9.9 9.9 0 0 0 0 14M19 5a9.9 9.9 0 0 1 0 14" />
  </>,
);
export const RecordsIcon = icon(
  <>
    <rect x="4" y="5" width="16" height="14" rx="2" />
    <path d="M4 10h16M10 10v9" />
  </>,
);
export const PartitionsIcon = icon(<path d="M5 5v14M12 5v14M19 5v14" />);
export const SendIcon = icon(<path d="M4 12 20 5l-4 15-4.5-6.5L4 12Zm7.5 1.5L20 5" />);
export const PauseIcon = icon(<path d="M9 6v12M15 6v12" strokeWidth={2.6} />);
export const PlayIcon = icon(<path d="M8 5.5v13l10.5-6.5L8 5.5Z" fill="currentColor" />);
export const SearchIcon = icon(
  <>
    <circle cx="11" cy="11" r="6" />
    <path d="m20 20-4.7-4.7" />
  </>,
);
export const SunIcon = icon(
  <>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M18.4 5.6l-1.1 1.1M6.7 17.3l-1.1 1.1" />
  </>,
);
export const MoonIcon = icon(<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z" />);
export const CopyIcon = icon(
  <>
    <rect x="9" y="9" width="11" height="11" rx="2" />
    <path d="M15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3" />
  </>,
);
export const CheckIcon = icon(<path d="m5 12.5 4.5 4.5L19 7.5" />);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const TrashIcon = icon(<path d="M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7" />);
export const CloseIcon = icon(<path d="m6 6 12 12M18 6 6 18" />);
export const LeftIcon = icon(<path d="m14.5 6-6 6 6 6" />);
export const RightIcon = icon(<path d="m9.5 6 6 6-6 6" />);
export const RefreshIcon = icon(<path d="M19 12a7 7 0 1 1-2-4.9L19.5 9.5M19.5 4.5v5h-5" />);
export const SignOutIcon = icon(<path d="M13 4H6v16h7M11 12h10M17.5 8.5 21 12l-3.5 3.5" />);
export const AccountIcon = icon(
  <>
    <circle cx="12" cy="9" r="3.5" />
    <path d="M5 20c.6-3.6 3.4-5.5 7-5.5s6.4 1.9 7 5.5" />
  </>,
);
export const AlertIcon = icon(
  <>
    <path d="M12 4 2.8 19.5h18.4L12 4Z" />
    <path d="M12 10v4M12 16.8v.2" />
  </>,
);
export const EraserIcon = icon(<path d="m4 15 9-9.5 6.5 6-6 6.5H7.5L4 15ZM9 10l6.5 6M4 20.5h16" />);
export const GroupsIcon = icon(
  <>
    <circle cx="6" cy="6" r="2.2" />
    <circle cx="6" cy="18" r="2.2" />
    <circle cx="18" cy="12" r="2.2" />
    <path d="M8 7 16 11M8 17l8-4" />
  </>,
);
export const ConnectorsIcon = icon(
  <>
    <path d="M9 4v5M15 4v5M6.5 9h11v3a5.5 5.5 0 0 1-11 0V9ZM12 17.5V21" />
  </>,
);
export const BrokersIcon = icon(
  <>
    <rect x="4" y="4.5" width="16" height="6.5" rx="1.5" />
    <rect x="4" y="13" width="16" height="6.5" rx="1.5" />
    <path d="M7.5 7.8h.1M7.5 16.2h.1" strokeWidth={2.6} />
  </>,
);
export const MembersIcon = icon(
  <>
    <circle cx="9" cy="9" r="3" />
    <path d="M3.5 19c.5-3.2 2.6-4.8 5.5-4.8s5 1.6 5.5 4.8M15.5 6.3a3 3 0 0 1 0 5.4M17 14.6c2 .6 3.2 2.1 3.5 4.4" />
  </>,
);
export const ServiceAccountsIcon = icon(
  <>
    <rect x="5" y="8" width="14" height="10.5" rx="2.5" />
    <path d="M12 8V4.5M9.5 13h.1M14.5 13h.1" />
  </>,
);
export const KeysIcon = icon(
  <>
    <circle cx="8" cy="15.5" r="3.5" />
    <path d="m10.6 12.9 8-8M15.5 8l2.7 2.7" />
  </>,
);
export const AuditIcon = icon(
  <>
    <rect x="5" y="4" width="14" height="16" rx="2" />
    <path d="M8.5 9h7M8.5 12.5h7M8.5 16h4" />
  </>,
);
export const MoreIcon = icon(<path d="M6 12h.1M12 12h.1M18 12h.1" strokeWidth={2.8} />);
export const KeyboardIcon = icon(
  <>
    <rect x="3" y="6" width="18" height="12" rx="2" />
    <path d="M7 10h.1M11 10h.1M15 10h.1M8 14h8" />
  </>,
);
export const DownloadIcon = icon(<path d="M12 4v11M7.5 10.5 12 15l4.5-4.5M5 19.5h14" />);
export const UploadIcon = icon(<path d="M12 15V4M7.5 8.5 12 4l4.5 4.5M5 19.5h14" />);
export const LinkIcon = icon(
  <path d="M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1" />,
);
export const FilterIcon = icon(<path d="M4 5.5h16l-6.2 7.3v5.7l-3.6-2v-3.7L4 5.5Z" />);
export const HelpIcon = icon(
  <>
    <circle cx="12" cy="12" r="8" />
    <path d="M9.8 9.8a2.3 2.3 0 1 1 3.3 2.1c-.7.4-1.1.8-1.1 1.6M12 16.2v.2" />
  </>,
);
export const AclsIcon = icon(
  <>
    <path d="M12 3.5l7 2.5v5.5c0 4.2-2.8 7.3-7 9-4.2-1.7-7-4.8-7-9V6z" />
    <path d="M9 12l2.2 2.2L15.2 10" />
  </>,
);
export const QuotasIcon = icon(
  <>
    <path d="M4.5 17a8.5 8.5 0 1 1 15 0" />
    <path d="M12 13.5l3.5-4" />
    <circle cx="12" cy="14" r="1.2" />
  </>,
);
export const UsageIcon = icon(<path d="M4 20h16M6.5 16.5v-5M12 16.5V5M17.5 16.5V9" />);
export const TenantsIcon = icon(
  <>
    <rect x="4" y="4" width="16" height="6" rx="1.5" />
    <rect x="4" y="14" width="16" height="6" rx="1.5" />
    <path d="M7.5 7h.01M7.5 17h.01" />
  </>,
);
export const PlansIcon = icon(<path d="M5 5h14v4H5zM5 13h9M5 17h6" />);
export const EditIcon = icon(
  <>
    <path d="M4 20l1-4L16.5 4.5l3 3L8 19z" />
    <path d="M14 7l3 3" />
  </>,
);
export const SettingsIcon = icon(
  <>
    <path d="M4 7h9M19 7h1M4 12h2M12 12h8M4 17h11" />
    <circle cx="16" cy="7" r="2" />
    <circle cx="9" cy="12" r="2" />
    <circle cx="18" cy="17" r="2" />
  </>,
);
export const StopIcon = icon(<rect x="7" y="7" width="10" height="10" rx="1.5" />);
