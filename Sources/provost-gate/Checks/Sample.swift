import Foundation
import ProvostArchive
import ProvostCore
import ProvostGrading
import ProvostManifests

/// One folder of `samples/`, or the starter.
struct Sample: Sendable {
    let name: String
    let folder: String
    /// nil for the starter, whose expectation is the lab's floor.
    let expectation: SampleExpectation?

    /// Every sample of a lab, by name. Throws `invalid` with the file that is wrong.
    static func all(of lab: LoadedLab) throws(ProvostError) -> [Sample] {
        let place = lab.folder + "/samples"
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
        var samples: [Sample] = []
        for name in names {
            let folder = "\(place)/\(name)"
            guard let text = FileManager.default.contents(atPath: folder + "/expected.yaml") else {
                throw ProvostError(
                    .invalid,
                    "\(folder)/expected.yaml is missing: say what the sample comes to, like {outcome: graded, score: 0}.")
            }
            guard FileManager.default.fileExists(atPath: folder + "/submission") else {
                throw ProvostError(.invalid, "\(folder)/submission is missing: the files that a learner would hand in.")
            }
            samples.append(
                Sample(
                    name: name, folder: folder + "/submission",
                    expectation: try ManifestReader.expectation(
                        Array(text), file: "samples/\(name)/expected.yaml", points: lab.manifest.points)))
        }
        return samples
    }
}
