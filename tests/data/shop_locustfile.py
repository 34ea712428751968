"""Load test: 21 of 23 operations enabled.

Written by stress-api 0.1.0 for http://localhost:8000. Run it:

    locust -f shop_locustfile.py --host=http://localhost:8000 --headless -u 10 -t 60s

Weights, bodies and pauses may be edited freely. Credentials come from the environment:
BENCHMARK_TOKEN, BENCHMARK_BASIC (user:password), BENCHMARK_API_KEY or BENCHMARK_HEADER.
"""

from locust import between, task

from benchmark.engine import ApiUser, Body, any_of, clock, deletes, file_of, unique, unique_email

# Bodies are put together once, at import. The n-th values of all any_of in a body belong together.
# Where a method fills in the id of something that exists, the body says None.

create_customer_body = Body(
    {
        "full_name": any_of("Frank Fisher", "Sara Taylor", "Anna Silva", "Jack Perez"),
        "email": unique_email("ines.becker174@example.com", max_length=120),
        "newsletter": False,
    },
)

update_customer_body = Body(
    {
        "full_name": any_of("Lucas Phillips", "Sara Ward", "Zoe Hughes", "Nadia White"),
        "phone": any_of("+12025550107", "+12025550115", "+12025550180", "+12025550107"),
    },
)

create_category_body = Body({"name": unique("noble-moon", max_length=40)})

create_product_body = Body(
    {
        "name": unique("calm-field", max_length=80),
        "price": any_of(69.67, 94.53, 30.61, 31.78),
        "category_id": None,
        "labels": [any_of("new", "sale", "organic", "new")],
    },
)

replace_product_body = Body(
    {
        "name": unique("bright-meadow", max_length=80),
        "price": any_of(11.28, 34.74, 71.05, 96.93),
        "category_id": None,
        "labels": [any_of("new", "sale", "organic", "new")],
    },
)

upload_image_form = Body(
    {"caption": any_of("Grand Field", "Early Ridge", "Clear Pine", "Solid Coast")},
)

place_order_body = Body(
    {
        "customer_id": None,
        "items": [{"product_id": None, "quantity": any_of(4, 3, 5, 1)}],
        "deliver_on": clock(format="date"),
    },
)

pay_order_form = Body(
    {
        "method": any_of("cash", "card", "invoice", "cash"),
        "amount": any_of(45.22, 78.67, 11.64, 10.94),
    },
)

count_stock_body = Body(any_of("94", "90", "40", "83"))


class ShopUser(ApiUser):
    """Corner shop 2.3.0: 23 operations, 2 of them disabled."""

    weight = 21
    seed = 7
    wait_time = between(1, 3)
    strategy = "random"
    api_key = ("header", "X-Admin-Key")

    @task(4)
    def health(self):
        """Whether the shop is open."""
        self.client.get("/health", answers="anything")

    @task(4)
    def list_customers(self):
        """List customers, the newest first."""
        self.client.get("/customers", params={"limit": "20", "offset": "0"})

    @task(2)
    def create_customer(self):
        """Register a customer."""
        reply = self.client.post("/customers", json=self.new_json(create_customer_body))
        self.keep("customer", reply)

    @task(4)
    def get_customer(self):
        """Read a customer."""
        customer = self.need("customer", self.create_customer)
        self.client.get("/customers/{customerId}", path={"customerId": customer["id"]})

    @task(2)
    def update_customer(self):
        """Change some of a customer's data."""
        customer = self.need("customer", self.create_customer)
        self.client.patch(
            "/customers/{customerId}",
            path={"customerId": customer["id"]},
            json=self.new_json(update_customer_body),
            headers={"Content-Type": "application/merge-patch+json"},
        )

    @task(4)
    def list_categories(self):
        """List all categories."""
        self.client.get("/categories")

    @task(2)
    def create_category(self):
        """Add a category."""
        reply = self.client.post("/categories", json=self.new_json(create_category_body))
        self.keep("category", reply)

    @task(4)
    def list_products(self):
        self.client.get(
            "/products",
            params={"limit": "20", "offset": "0", "sort": self.pick("name", "price")},
        )

    @task(2)
    def create_product(self):
        """Add a product to a category."""
        category = self.need("category", self.create_category)
        reply = self.client.post(
            "/products",
            json=self.new(create_product_body, {"/category_id": category["id"]}),
        )
        self.keep("product", reply, category)

    @task(4)
    def search_products(self):
        """Search products by words in their names."""
        self.client.get("/products/search", params={"q": self.pick("bread", "green tea")})

    @task(4)
    def get_product(self):
        """Read a product."""
        product = self.need("product", self.create_product)
        self.client.get("/products/{productId}", path={"productId": product["id"]})

    @task(2)
    def replace_product(self):
        """Replace a product's data."""
        product = self.need("product", self.create_product)
        category = product.of("category")
        self.client.put(
            "/products/{productId}",
            path={"productId": product["id"]},
            json=self.new(replace_product_body, {"/category_id": category["id"]}),
        )

    @task(2)
    def upload_image(self):
        """Upload a product's picture."""
        product = self.need("product", self.create_product)
        self.client.post(
            "/products/{productId}/image",
            path={"productId": product["id"]},
            data=self.new(upload_image_form),
            files={"image": file_of("image/png", 1024)},
        )

    @task(4)
    def list_orders(self):
        self.client.get("/orders", params={"limit": "20"})

    @task(2)
    def place_order(self):
        """Order products for a customer."""
        product = self.need("product", self.create_product)
        customer = self.need("customer", self.create_customer)
        reply = self.client.post(
            "/orders",
            json=self.new(
                place_order_body,
                {"/customer_id": customer["id"], "/items/0/product_id": product["id"]},
            ),
        )
        self.keep("order", reply, product, customer)

    @task(4)
    def get_order(self):
        """Read an order of a customer."""
        order = self.need("order", self.place_order)
        customer = order.of("customer")
        self.client.get(
            "/customers/{customerId}/orders/{orderId}",
            path={"customerId": customer["id"], "orderId": order["id"]},
        )

    @task(2)
    def pay_order(self):
        """Pay an order."""
        order = self.need("order", self.place_order)
        self.client.post(
            "/orders/{orderId}/payment",
            path={"orderId": order["id"]},
            data=self.new(pay_order_form),
        )

    # Disabled: needs credentials (API key in header X-Admin-Key).
    # @task(4)
    def stock_report(self):
        """What is on the shelves."""
        self.client.get("/admin/stock")

    # Disabled: needs credentials (API key in header X-Admin-Key).
    # @task(2)
    def count_stock(self):
        """Set how many pieces there are of a product."""
        product = self.need("product", self.create_product)
        self.client.put(
            "/admin/products/{productId}/stock",
            path={"productId": product["id"]},
            data=self.new(count_stock_body),
            headers={"Content-Type": "text/plain"},
        )

    @task(1)
    @deletes("order")
    def cancel_order(self):
        """Cancel an order."""
        order = self.take("order", self.place_order)
        customer = order.of("customer")
        self.client.delete(
            "/customers/{customerId}/orders/{orderId}",
            path={"customerId": customer["id"], "orderId": order["id"]},
        )

    @task(1)
    @deletes("product")
    def delete_product(self):
        """Delete a product that nobody ordered."""
        product = self.take("product", self.create_product)
        self.client.delete("/products/{productId}", path={"productId": product["id"]})

    @task(1)
    @deletes("customer")
    def delete_customer(self):
        """Delete a customer without orders."""
        customer = self.take("customer", self.create_customer)
        self.client.delete("/customers/{customerId}", path={"customerId": customer["id"]})

    @task(1)
    @deletes("category")
    def delete_category(self):
        """Delete a category without products."""
        category = self.take("category", self.create_category)
        self.client.delete("/categories/{categoryId}", path={"categoryId": category["id"]})
