package import ProvostCore
extension Sandbox { package func doctor() async -> [DoctorCheck] { [] } }
