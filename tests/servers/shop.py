"""The shop of `tests/data/shop.yaml`, strict: what does not exist is 404, what is wrong is 4xx."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import (
    Body,
    FastAPI,
    File,
    Form,
    Header,
    HTTPException,
    Query,
    Request,
    Response,
    UploadFile,
)
from pydantic import BaseModel, Field

ADMIN_KEY = "shop-keeper"


class Customer(BaseModel):
    """What a customer tells."""

    full_name: str = Field(min_length=1, max_length=80)
    email: str = Field(pattern="^[^@]+@[^@]+$", max_length=120)
    newsletter: bool = False


class Product(BaseModel):
    """What is known of a product."""

    name: str = Field(min_length=1, max_length=80)
    price: float = Field(ge=0.01, le=1000)
    category_id: int
    labels: list[str] = Field(default=[], max_length=5)


class Item(BaseModel):
    """One line of an order."""

    product_id: UUID
    quantity: int = Field(ge=1, le=9)


class Order(BaseModel):
    """An order as it is placed."""

    customer_id: UUID
    items: list[Item] = Field(min_length=1, max_length=20)
    deliver_on: date


class Shop:
    """What the shop holds."""

    def __init__(self) -> None:
        self.customers: dict[UUID, dict[str, Any]] = {}
        self.categories: dict[int, dict[str, Any]] = {}
        self.products: dict[UUID, dict[str, Any]] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.numbers = count(1)

    def sizes(self) -> dict[str, int]:
        """How many of each kind there are."""
        return {name: len(held) for name, held in vars(self).items() if isinstance(held, dict)}


def create_shop(shop: Shop) -> FastAPI:
    """The application; it serves no document of its own."""
    app = FastAPI(openapi_url=None)
    _add_customers(app, shop)
    _add_products(app, shop)
    _add_orders(app, shop)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "open"}

    return app


def _add_customers(app: FastAPI, shop: Shop) -> None:
    @app.get("/customers")
    def list_customers(limit: int, offset: int) -> dict[str, Any]:
        page = list(shop.customers.values())[offset : offset + limit]
        return {"items": page, "total": len(shop.customers)}

    @app.post("/customers", status_code=201)
    def create_customer(customer: Customer) -> dict[str, Any]:
        if any(known["email"] == customer.email for known in shop.customers.values()):
            raise HTTPException(409, "the e-mail address is taken")
        created = {"id": uuid4(), **customer.model_dump()}
        shop.customers[created["id"]] = created
        return created

    @app.get("/customers/{customer_id}")
    def get_customer(customer_id: UUID) -> dict[str, Any]:
        return _held(shop.customers, customer_id)

    @app.patch("/customers/{customer_id}")
    def update_customer(
        customer_id: UUID,
        changes: Annotated[dict[str, Any], Body()],
        content_type: Annotated[str, Header()],
    ) -> dict[str, Any]:
        if content_type != "application/merge-patch+json":
            raise HTTPException(415, "send a merge patch")
        return _held(shop.customers, customer_id) | changes

    @app.delete("/customers/{customer_id}", status_code=204)
    def delete_customer(customer_id: UUID) -> None:
        _held(shop.customers, customer_id)
        if any(order["customer_id"] == customer_id for order in shop.orders.values()):
            raise HTTPException(409, "the customer has orders")
        del shop.customers[customer_id]


def _add_products(app: FastAPI, shop: Shop) -> None:
    @app.get("/categories")
    def list_categories() -> list[Any]:
        return list(shop.categories.values())

    @app.post("/categories", status_code=201)
    def create_category(name: Annotated[str, Body(embed=True, max_length=40)]) -> dict[str, Any]:
        created = {"id": next(shop.numbers), "name": name}
        shop.categories[created["id"]] = created
        return created

    @app.delete("/categories/{category_id}", status_code=204)
    def delete_category(category_id: int) -> None:
        _held(shop.categories, category_id)
        if any(p["category_id"] == category_id for p in shop.products.values()):
            raise HTTPException(409, "the category has products")
        del shop.categories[category_id]

    @app.get("/products")
    def list_products(limit: int, offset: int, sort: str = "name") -> list[Any]:
        known = sorted(shop.products.values(), key=lambda product: product[sort])
        return known[offset : offset + limit]

    @app.get("/products/search")
    def search_products(q: Annotated[str, Query(min_length=2)]) -> list[Any]:
        return [product for product in shop.products.values() if q in product["name"]]

    @app.post("/products", status_code=201)
    def create_product(product: Product) -> dict[str, Any]:
        _held(shop.categories, product.category_id)
        created = {"id": uuid4(), **product.model_dump()}
        shop.products[created["id"]] = created
        return created

    @app.get("/products/{product_id}")
    def get_product(product_id: UUID) -> dict[str, Any]:
        return _held(shop.products, product_id)

    @app.put("/products/{product_id}")
    def replace_product(product_id: UUID, product: Product) -> dict[str, Any]:
        _held(shop.categories, product.category_id)
        _held(shop.products, product_id).update(product.model_dump())
        return shop.products[product_id]

    @app.delete("/products/{product_id}", status_code=204)
    def delete_product(product_id: UUID) -> None:
        _held(shop.products, product_id)
        if any(product_id in order["products"] for order in shop.orders.values()):
            raise HTTPException(409, "somebody ordered it")
        del shop.products[product_id]

    @app.post("/products/{product_id}/image", status_code=204)
    async def upload_image(
        product_id: UUID,
        image: Annotated[UploadFile, File()],
        caption: Annotated[str, Form(max_length=60)] = "",
    ) -> None:
        _held(shop.products, product_id)
        if not (await image.read()).startswith(b"\x89PNG") or image.content_type != "image/png":
            raise HTTPException(415, "no picture")

    @app.get("/admin/stock")
    def stock_report(x_admin_key: Annotated[str, Header()] = "") -> dict[str, int]:
        _check_key(x_admin_key)
        return {str(product_id): 1 for product_id in shop.products}

    @app.put("/admin/products/{product_id}/stock", status_code=204)
    async def count_stock(
        product_id: UUID, request: Request, x_admin_key: Annotated[str, Header()] = ""
    ) -> None:
        _check_key(x_admin_key)
        _held(shop.products, product_id)
        if not (await request.body()).isdigit() or request.headers["content-type"] != "text/plain":
            raise HTTPException(415, "a number, please")


def _add_orders(app: FastAPI, shop: Shop) -> None:
    @app.get("/orders")
    def list_orders(limit: int) -> list[Any]:
        return list(shop.orders.values())[:limit]

    @app.post("/orders", status_code=201)
    def place_order(order: Order) -> dict[str, Any]:
        _held(shop.customers, order.customer_id)
        for item in order.items:
            _held(shop.products, item.product_id)
        if order.deliver_on < datetime.now(UTC).date() - timedelta(days=1):
            raise HTTPException(422, "that day is over")
        products = [item.product_id for item in order.items]
        created = {"id": f"o-{next(shop.numbers)}", "customer_id": order.customer_id}
        shop.orders[created["id"]] = created | {"status": "placed", "products": products}
        return shop.orders[created["id"]]

    @app.get("/customers/{customer_id}/orders/{order_id}")
    def get_order(customer_id: UUID, order_id: str) -> dict[str, Any]:
        return _order_of(shop, customer_id, order_id)

    @app.delete("/customers/{customer_id}/orders/{order_id}", status_code=204)
    def cancel_order(customer_id: UUID, order_id: str) -> None:
        _order_of(shop, customer_id, order_id)
        del shop.orders[order_id]

    @app.post("/orders/{order_id}/payment")
    def pay_order(
        order_id: str, method: Annotated[str, Form()], amount: Annotated[float, Form(ge=0.01)]
    ) -> Response:
        _held(shop.orders, order_id)["status"] = "paid"
        return Response(status_code=204)


def _order_of(shop: Shop, customer_id: UUID, order_id: str) -> dict[str, Any]:
    _held(shop.customers, customer_id)
    order = _held(shop.orders, order_id)
    if order["customer_id"] != customer_id:
        raise HTTPException(404, "another customer's order")
    return order


def _held(store: dict[Any, dict[str, Any]], key: Any) -> dict[str, Any]:
    if key not in store:
        raise HTTPException(404, f"there is no {key}")
    return store[key]


def _check_key(key: str) -> None:
    if key != ADMIN_KEY:
        raise HTTPException(401, "the key, please")
