package import ProvostAPI
package import ProvostCore

/// The sentences about workspaces that a learner sees; English and Korean beside each other, so that one is not changed without the other.
package enum WorkspaceMessage: Sendable {
    case waiting(position: Int, of: Int, estimate: TimeSpan?)
    case starting
    case placeKept(name: String)
    case running(name: String)
    case stoppedState(name: String)
    case startFailed(reason: String)
    case noneRunning(names: [String])
    case noneAtAll
    case severalRunning(names: [String])
    case howToDetach
    case detached
    case linkLost
    case linkGivenUp
    case forwarding(port: Int, url: String)
    case portTaken(Int, instead: Int)
    case notCopied(reason: String)
    case copied(files: Int, to: String)
    case alreadyThere(path: String)
    case oneRemote
    case linkLeftOut(path: String)
    case noStarter
    case sameAsStarter(files: Int)
    case biggest
    case homeClosed
    case noWorkspaces
    case noSnapshots
    case snapshotMade(id: String, size: String)
    case resetDone(name: String)
    case deleteAsks(name: String, id: String)
    case deleted(name: String)
    case keptAlive(name: String, until: String)
    case shared(person: String, mode: String, until: String)
    case copyMade(person: String, name: String, id: String)
    case noShares
    case noVisits
    case noSessions
    case closing(ClosingInfo)
    case exported(path: String, size: String)
    case exportThere(path: String)
    case exportFailed(person: String, reason: String)
    case exportsMissing(people: [String])
    case exportOfWhom
    case exportIncomplete(name: String, reason: String)
    case exportNotWhole(path: String)
    case exportCut(submissions: Int)

    package func text(in language: Language) -> String {
        switch language {
        case .english: english
        case .korean: korean
        }
    }

    /// `1 learner`, `2 learners`.
    private static func english(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

    private var english: String {
        switch self {
        case .waiting(let position, let of, let estimate):
            "The machine is full: you are number \(position) of \(of) waiting\(estimate.map { ", about \($0)" } ?? "")."
        case .starting: "Starting …"
        case .placeKept(let name):
            "Your place is kept, and the workspace starts by itself. Look again with: provost start \(name). Give it up with: provost stop \(name)"
        case .running(let name): "“\(name)” runs. Go in with: provost shell \(name)"
        case .stoppedState(let name): "“\(name)” is stopped; its files are kept. Start it again with: provost start \(name)"
        case .startFailed(let reason): "It did not start: \(reason)"
        case .noneRunning(let names):
            "No workspace of yours runs. Start one: "
                + (names.isEmpty ? ["NAME"] : names).map { "provost start \($0)" }.joined(separator: ", or ")
        case .noneAtAll: "You have no workspace yet. “provost labs” shows the names; then: provost start NAME"
        case .severalRunning(let names): "Say which workspace is meant: \(names.joined(separator: ", "))."
        case .howToDetach: "Leave it running with Ctrl-\\ Ctrl-d; come back with “provost shell”. “exit” ends the shell."
        case .detached: "Detached; everything goes on in there. Come back with: provost shell"
        case .linkLost:
            "The link is lost; your programs go on. Connecting again … (what you type now is not sent; Ctrl-C gives up)"
        case .linkGivenUp:
            "The link to the workspace is lost. What runs in a terminal there goes on; come back with: provost shell"
        case .forwarding(let port, let url): "Port \(port) of the workspace is at \(url) until Ctrl-C."
        case .portTaken(let port, let instead): "Port \(port) of this machine is taken; \(instead) is used instead."
        case .notCopied(let reason): "Not copied, or not completely: \(reason)"
        case .copied(let files, let to): "Copied \(files) \(files == 1 ? "file" : "files") to \(to)."
        case .alreadyThere(let path):
            "“\(path)” is already there, and nothing is overwritten; name another place, or move it away."
        case .oneRemote:
            "One of the two must be in a workspace, written NAME:path (or :path for the one that runs), and the other here."
        case .linkLeftOut(let path): "Left out: \(path) (a link to a place outside)"
        case .noStarter: "This lab has no starter files; there is nothing to compare."
        case .sameAsStarter(let files): "Nothing differs from the lab's \(files) starter \(files == 1 ? "file" : "files")."
        case .biggest: "What takes the most space in your home:"
        case .homeClosed: "Your home cannot be read. In the shell below, open it again with: chmod u+rwx /home/learner"
        case .noWorkspaces: "No workspaces yet. “provost labs” shows the names; then: provost start NAME"
        case .noSnapshots: "No snapshots. Make one with: provost workspace snapshot"
        case .snapshotMade(let id, let size):
            "Snapshot \(id) is kept (\(size)). Bring it back with: provost workspace restore \(id)"
        case .resetDone(let name):
            "“\(name)” begins anew. What was in it is kept as a snapshot: provost workspace snapshots \(name)"
        case .deleteAsks(let name, let id):
            "This deletes the workspace “\(name)” (\(id)) with all its files and snapshots, for ever. If you mean it: provost workspace delete \(name) --yes"
        case .deleted(let name): "“\(name)” is deleted."
        case .keptAlive(let name, let until):
            "“\(name)” is not stopped for being idle before \(until). That time counts against your budget."
        case .shared(let person, let mode, let until):
            "\(person) may \(mode) until \(until). See who came with “provost workspace visits”; take it back with “provost workspace share --revoke ID”."
        case .copyMade(let person, let name, let id):
            "\(person)'s “\(name)” is copied as it is now, to a workspace of yours: provost start \(id). Take the files out with: provost pull --workspace \(id)"
        case .noShares: "Nobody is let in."
        case .noVisits: "Nobody was here."
        case .noSessions: "Nothing is open in it."
        case .closing(let info):
            info.closing.map { closing in
                "“\(info.cohort)” is closed: nothing starts, and its files are deleted on \(closing.deleteOn). Still there: \(Self.english(info.workspaces, "workspace")) of \(Self.english(info.learners, "learner")), \(info.size)\(info.running > 0 ? "; \(info.running) are being stopped" : "")."
            }
                ?? "“\(info.cohort)” is not closed. It has \(Self.english(info.workspaces, "workspace")) of \(Self.english(info.learners, "learner")), \(info.size)."
        case .exported(let path, let size): "Written: \(path) (\(size))"
        case .exportThere(let path): "“\(path)” is already there; name another file with --to, or replace it with --force."
        case .exportFailed(let person, let reason): "Not exported whole: \(person). \(reason)"
        case .exportsMissing(let people):
            "\(people.count) \(people.count == 1 ? "archive is" : "archives are") missing: \(people.joined(separator: ", ")). The others are written; run it again for these with --person and --force."
        case .exportOfWhom: "An administrator has nothing of their own to export; say whose with --person, or --all."
        case .exportIncomplete(let name, let reason):
            "Files of “\(name)” are missing: \(reason)"
        case .exportNotWhole(let path):
            "“\(path)” is written, but something is missing in it (see above, and README.txt in it). Export again; what runs is read whole when it is stopped."
        case .exportCut(let submissions): "Only the newest \(submissions) submissions are in it."
        }
    }

    private var korean: String {
        switch self {
        case .waiting(let position, let of, let estimate):
            "서버가 가득 찼습니다. 대기 \(of)명 중 \(position)번째입니다\(estimate.map { "(약 \(Message.korean($0)))" } ?? "")."
        case .starting: "시작하는 중 …"
        case .placeKept(let name):
            "순서는 그대로 유지되고 차례가 되면 저절로 시작됩니다. 다시 보려면: provost start \(name), 포기하려면: provost stop \(name)"
        case .running(let name): "“\(name)” 작업 공간이 실행 중입니다. 들어가려면: provost shell \(name)"
        case .stoppedState(let name): "“\(name)” 작업 공간이 멈춰 있습니다. 파일은 그대로 있습니다. 다시 시작하려면: provost start \(name)"
        case .startFailed(let reason): "시작하지 못했습니다: \(reason)"
        case .noneRunning(let names):
            "실행 중인 작업 공간이 없습니다. 먼저 시작하세요: "
                + (names.isEmpty ? ["NAME"] : names).map { "provost start \($0)" }.joined(separator: " 또는 ")
        case .noneAtAll: "아직 작업 공간이 없습니다. “provost labs”로 이름을 확인한 뒤: provost start NAME"
        case .severalRunning(let names): "어느 작업 공간인지 지정하세요: \(names.joined(separator: ", "))."
        case .howToDetach: "Ctrl-\\ Ctrl-d를 누르면 실행한 채로 빠져나옵니다. “provost shell”로 돌아오고, “exit”로 셸을 끝냅니다."
        case .detached: "빠져나왔습니다. 안에서는 모두 계속 실행됩니다. 돌아가려면: provost shell"
        case .linkLost: "연결이 끊어졌지만 프로그램은 계속 실행됩니다. 다시 연결하는 중 … (지금 입력한 것은 전달되지 않습니다. Ctrl-C로 그만둡니다)"
        case .linkGivenUp: "작업 공간과의 연결이 끊어졌습니다. 터미널에서 실행하던 것은 계속됩니다. 돌아가려면: provost shell"
        case .forwarding(let port, let url): "작업 공간의 \(port)번 포트를 \(url)에서 볼 수 있습니다. Ctrl-C로 끝냅니다."
        case .portTaken(let port, let instead): "이 컴퓨터의 \(port)번 포트가 이미 쓰이고 있어 \(instead)번을 씁니다."
        case .notCopied(let reason): "복사하지 못했거나 일부만 복사했습니다: \(reason)"
        case .copied(let files, let to): "파일 \(files)개를 \(to)에 복사했습니다."
        case .alreadyThere(let path): "“\(path)”이(가) 이미 있습니다. 덮어쓰지 않으니 다른 곳을 지정하거나 옮기세요."
        case .oneRemote: "둘 중 하나는 작업 공간 안의 경로(NAME:path, 실행 중인 것이 하나면 :path)이고 다른 하나는 이 컴퓨터의 경로여야 합니다."
        case .linkLeftOut(let path): "제외됨: \(path) (바깥을 가리키는 링크)"
        case .noStarter: "이 실습에는 시작 파일이 없어 비교할 것이 없습니다."
        case .sameAsStarter(let files): "실습의 시작 파일 \(files)개와 다른 것이 없습니다."
        case .biggest: "홈에서 가장 많은 공간을 쓰는 것:"
        case .homeClosed: "홈을 읽을 수 없습니다. 아래 셸에서 이렇게 다시 여세요: chmod u+rwx /home/learner"
        case .noWorkspaces: "아직 작업 공간이 없습니다. “provost labs”로 이름을 확인한 뒤: provost start NAME"
        case .noSnapshots: "스냅샷이 없습니다. 만들려면: provost workspace snapshot"
        case .snapshotMade(let id, let size): "스냅샷 \(id)을(를) 보관했습니다(\(size)). 되돌리려면: provost workspace restore \(id)"
        case .resetDone(let name): "“\(name)” 작업 공간을 새로 시작합니다. 이전 내용은 스냅샷으로 남아 있습니다: provost workspace snapshots \(name)"
        case .deleteAsks(let name, let id):
            "작업 공간 “\(name)”(\(id))과 모든 파일, 스냅샷이 영원히 지워집니다. 정말 지우려면: provost workspace delete \(name) --yes"
        case .deleted(let name): "“\(name)” 작업 공간을 지웠습니다."
        case .keptAlive(let name, let until): "“\(name)” 작업 공간은 \(until)까지 쉬고 있어도 멈추지 않습니다. 이 시간은 사용 한도에서 빠집니다."
        case .shared(let person, let mode, let until):
            "\(person)에게 \(until)까지 \(mode) 권한을 주었습니다. “provost workspace visits”로 방문을 확인하고 “provost workspace share --revoke ID”로 거둡니다."
        case .copyMade(let person, let name, let id):
            "\(person)의 “\(name)”을(를) 지금 상태로 내 작업 공간에 복사했습니다: provost start \(id). 파일을 꺼내려면: provost pull --workspace \(id)"
        case .noShares: "아무에게도 권한을 주지 않았습니다."
        case .noVisits: "방문한 사람이 없습니다."
        case .noSessions: "열려 있는 것이 없습니다."
        case .closing(let info):
            info.closing.map { closing in
                "“\(info.cohort)” 과정을 닫았습니다. 더는 시작되지 않으며 파일은 \(closing.deleteOn)에 지워집니다. 남은 것: 학습자 \(info.learners)명의 작업 공간 \(info.workspaces)개, \(info.size)\(info.running > 0 ? "(\(info.running)개는 멈추는 중)" : "")."
            } ?? "“\(info.cohort)” 과정은 닫히지 않았습니다. 학습자 \(info.learners)명의 작업 공간 \(info.workspaces)개, \(info.size)."
        case .exported(let path, let size): "저장했습니다: \(path) (\(size))"
        case .exportThere(let path): "“\(path)”이(가) 이미 있습니다. --to로 다른 이름을 쓰거나 --force로 바꾸세요."
        case .exportFailed(let person, let reason): "내보내지 못했습니다: \(person). \(reason)"
        case .exportsMissing(let people):
            "\(people.count)명의 자료가 빠졌습니다: \(people.joined(separator: ", ")). 나머지는 저장했습니다. 이들은 --person과 --force로 다시 실행하세요."
        case .exportOfWhom: "관리자 자신의 자료는 없습니다. --person으로 누구인지 지정하거나 --all을 쓰세요."
        case .exportIncomplete(let name, let reason):
            "“\(name)”의 일부 파일이 빠졌습니다: \(reason)"
        case .exportNotWhole(let path):
            "“\(path)”을(를) 저장했지만 빠진 것이 있습니다(위와 안의 README.txt 참고). 다시 내보내세요. 실행 중인 작업 공간은 멈춘 뒤에 모두 읽힙니다."
        case .exportCut(let submissions): "가장 최근 제출물 \(submissions)개만 들어 있습니다."
        }
    }
}
