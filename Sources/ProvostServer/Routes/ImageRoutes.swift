import Hummingbird
import NIOCore
import ProvostAPI
import ProvostCore
import ProvostService

/// The systems that rooms see.
struct ImageRoutes {
    let images: ImageService

    func add(to router: RouterGroup<ProvostRequestContext>) {
        router.get("images") { _, context in try await json(images.list(context.known())) }
        router.get("images/{image}") { _, context in try await json(images.show(context.known(), context.text("image"))) }
        router.get("images/{image}/log") { _, context in
            let text = try images.log(context.known(), context.text("image"))
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: text)))
        }
        router.delete("images/{image}") { _, context in
            let name = try context.text("image")
            try await images.remove(context.known(), name)
            return try json(["removed": name])
        }
    }
}
