import Glibc
package import ProvostCore

extension Sandbox {
    /// Tries to break every limit from inside a room, with small bounded attacks, and says of each whether it held.
    /// Takes a few seconds. Checks that cannot be made here are `notEnforced` with the reason. With the server's keepers also from inside a
    /// workspace's room; with its volumes also what these are and what is kept back for the machine.
    package func doctor(keepers: Keepers? = nil, volumes: VolumeStore? = nil) async -> [DoctorCheck] {
        var checks: [DoctorCheck] = []
        do throws(ProvostError) {
            let user = try leaseUser()
            let tools = configuration.directory + "/tools"
            let probe = RoomMount.readOnly(host: try DoctorProbe.install(configuration.launcher, in: tools), at: "/probe")
            for attack in DoctorProbe.all {
                checks.append(await check(attack, user: user, probe: probe))
            }
            checks.append(await checkScratch(user: user, probe: probe))
            checks += await VolumeDoctor.checks(
                in: configuration.directory + "/rooms/doctor-\(monotonicNanoseconds())", user: user, privileged: privileged)
            if let keepers {
                checks += await WorkspaceDoctor(
                    keepers: keepers, folder: configuration.directory + "/rooms/doctor-\(monotonicNanoseconds())",
                    probe: tools + "/probe", cgroups: cgroups?.name, privileged: privileged
                ).checks()
            }
            if let volumes { checks.append(await WorkspaceDoctor.volumes(volumes)) }
            returnUser(user)
        } catch {
            checks.append(
                DoctorCheck(
                    subject: "rooms", mechanism: "provost-launch, bubblewrap", state: .notEnforced, evidence: error.message))
        }
        for sentence in degradations {
            checks.append(DoctorCheck(subject: "machine", mechanism: "cgroups, root", state: .notEnforced, evidence: sentence))
        }
        return checks
    }

    private func check(_ attack: DoctorProbe, user: RoomUser, probe: RoomMount) async -> DoctorCheck {
        let mechanism = attack.mechanism(cgroups?.name)
        var spec = RoomSpec(command: attack.command, mounts: [probe], user: user)
        spec.limits = attack.limits
        do throws(ProvostError) {
            let result = try await run(spec)
            let words = String(decoding: result.output.prefix(200) + result.error.prefix(200), as: UTF8.self)
                .split(separator: "\n").joined(separator: "; ")
            let held = attack.held(result)
            let evidence = held ? attack.evidence(result) : "not held: \(result.report.summary(limits: spec.limits)); \(words)"
            return DoctorCheck(
                subject: attack.subject, mechanism: mechanism, state: held ? .proved : .notEnforced, evidence: evidence)
        } catch {
            return DoctorCheck(subject: attack.subject, mechanism: mechanism, state: .notEnforced, evidence: error.message)
        }
    }

    /// A writable folder of a room: bytes and files beyond its size.
    private func checkScratch(user: RoomUser, probe: RoomMount) async -> DoctorCheck {
        let mechanism = "tmpfs with size and nr_inodes"
        do throws(ProvostError) {
            let scratch = try await makeScratch("doctor-\(monotonicNanoseconds())", size: .mebibytes(1), inodes: 64)
            var evidence: String?
            do throws(ProvostError) {
                let folder = try scratch.folder("work", owner: user, mode: 0o700)
                var spec = RoomSpec(
                    command: ["/bin/sh", "-c", "/probe disk 4194304 && /probe inodes 500"],
                    mounts: [probe, .writable(host: folder, at: "/work")], user: user)
                spec.limits.disk = .mebibytes(2)
                spec.limits.inodes = 64
                let result = try await run(spec)
                if result.report.succeeded {
                    evidence = String(decoding: result.output, as: UTF8.self).split(separator: "\n").joined(separator: "; ")
                }
            } catch {
                await scratch.remove()
                throw error
            }
            await scratch.remove()
            return DoctorCheck(
                subject: "writable folder", mechanism: mechanism, state: evidence == nil ? .notEnforced : .proved,
                evidence: evidence ?? "A room wrote more than its folder holds. Run the daemon as root.")
        } catch {
            return DoctorCheck(subject: "writable folder", mechanism: mechanism, state: .notEnforced, evidence: error.message)
        }
    }
}
