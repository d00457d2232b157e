// provost-keeper: keeps one workspace: its room, its volume and its terminals. Started by provostd, which it outlives.

import ProvostSandbox

KeeperProcess.main()
